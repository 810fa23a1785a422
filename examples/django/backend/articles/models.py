from django.db import models


class Article(models.Model):
    """An article to read after the unlock. Its line item says where and to whom it is shown."""

    line_item = models.OneToOneField("allocation.LineItem", on_delete=models.CASCADE, related_name="article")
    title = models.CharField(max_length=200)
    author = models.CharField(max_length=60)
    topic = models.CharField(max_length=30)
    body = models.TextField()
    image_url = models.CharField(max_length=300)
    score = models.PositiveSmallIntegerField(default=50, help_text="0 to 100, by the editors")
    published_at = models.DateTimeField(db_index=True)

    def __str__(self):
        return self.title
