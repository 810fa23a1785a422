from django.core.cache import cache
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from articles.models import Article


def summary(article):
    return {
        "id": article.id,
        "title": article.title,
        "topic": article.topic,
        "image_url": article.image_url,
        "published_at": article.published_at.isoformat(),
    }


@require_safe
def latest(request):
    """The twenty newest articles, of one topic with ?topic="""
    topic = request.GET.get("topic", "")[:30]

    def load():
        articles = Article.objects.defer("body").order_by("-published_at", "id")
        return [summary(a) for a in (articles.filter(topic=topic) if topic else articles)[:20]]

    found = cache.get_or_set(f"articles:latest:{topic.encode().hex()}", load, 30)
    return JsonResponse({"result": "ok", "articles": found})


@require_safe
def detail(request, pk):
    article = get_object_or_404(Article.objects.select_related("line_item__campaign__advertiser"), pk=pk)
    publisher = article.line_item.campaign.advertiser
    return JsonResponse(
        {
            "result": "ok",
            "article": {
                **summary(article),
                "author": article.author,
                "body": article.body,
                "publisher": {"id": publisher.id, "name": publisher.name},
            },
        }
    )
