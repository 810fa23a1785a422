"""Makes the rows that a test is about."""
from datetime import timedelta

from django.test import TestCase
from django.utils import timezone
from django_redis import get_redis_connection

from allocation import views
from allocation.catalog import Catalogs
from allocation.models import Advertiser, Campaign, Creative, LineItem, Placement, TargetingRule
from articles.models import Article


class AllocationTestCase(TestCase):
    def setUp(self):
        self.forget()
        self.placement = Placement.objects.create(code="lock", name="Lock screen", slots=8, ads_every=4)
        self.yesterday = timezone.now() - timedelta(days=1)

    def forget(self):
        """Empties Redis and what the worker holds."""
        get_redis_connection("default").flushdb()
        views.catalogs = Catalogs()

    def campaign(self, advertiser, **fields):
        owner, _ = Advertiser.objects.get_or_create(name=advertiser)
        return Campaign.objects.create(advertiser=owner, name=advertiser, starts_at=self.yesterday, **fields)

    def item(self, advertiser, rules=(), campaign=None, **fields):
        fields.setdefault("starts_at", self.yesterday)
        item = LineItem.objects.create(campaign=campaign or self.campaign(advertiser), name=advertiser, **fields)
        item.placements.add(self.placement)
        for attribute, operator, operands in rules:
            TargetingRule.objects.create(line_item=item, attribute=attribute, operator=operator, operands=operands)
        Creative.objects.create(
            line_item=item, title=advertiser, image_url="/p.svg", landing_url=f"https://go.haru.example/{item.id}"
        )
        return item.id

    def article(self, publisher, score, **fields):
        item_id = self.item(publisher, kind=LineItem.Kind.ARTICLE, **fields)
        Article.objects.create(
            line_item_id=item_id, title=publisher, topic="life", score=score, published_at=self.yesterday
        )
        return item_id

    def house(self, name):
        return self.item(name, tier=LineItem.Tier.HOUSE)

    def ask(self, **query):
        query = {"placement": "lock", "count": 4, "user": "u1", **query}
        return self.client.get("/api/v1/lockscreen/allocation/", query)

    def shown(self, **query):
        response = self.ask(**query)
        self.assertEqual(response.status_code, 200, response.content)
        return [slot["item_id"] for slot in response.json()["slots"]]
