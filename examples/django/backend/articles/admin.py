from django.contrib import admin

from articles.models import Article


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    list_display = ["id", "title", "topic", "score", "published_at"]
    list_filter = ["topic"]
    search_fields = ["title", "author"]
    raw_id_fields = ["line_item"]
