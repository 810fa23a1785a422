"""The catalogue of a placement: everything that may be shown there, in rank order.

It is built from the database once a minute by one worker, kept in Redis for all of them, and unpickled by a worker only
when there is a newer one: at ten thousand line items, unpickling it at every request would cost more than the rest.
"""
import time
from operator import attrgetter
from typing import NamedTuple, Optional

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from allocation import targeting
from allocation.counters import day_spend
from allocation.models import LineItem, Placement

FOREVER = float("inf")
MICROS = 1_000_000


class Candidate(NamedTuple):
    item_id: int
    kind: str
    tier: int
    ecpm: int  # micros of won; 0 for an article
    score: int  # of an article
    published: float  # of an article, seconds since 1970
    bid_type: str
    price: int  # micros of won for the event that is charged
    daily_budget: Optional[int]
    campaign_id: int
    campaign_budget: Optional[int]
    advertiser_id: int
    starts: float
    ends: float
    cap: Optional[tuple]  # (times, seconds)
    rules: tuple  # as stored; compiled where they are used
    answer: dict  # the part of a slot that is the same for everyone


class Catalog:
    """What a worker serves a placement from."""

    def __init__(self, version, placement, candidates):
        self.version = version
        self.slots = placement["slots"]
        self.ads_every = placement["ads_every"]
        self.ads, self.articles, self.house = [], [], []
        for candidate in candidates:
            tests = tuple(targeting.compile_rule(*rule) for rule in candidate.rules)
            self._queue(candidate).append((candidate, tests))
        self.longest_cap = max((c.cap[1] for c in candidates if c.cap), default=0)

    def _queue(self, candidate):
        if candidate.tier == LineItem.Tier.HOUSE:
            return self.house
        return self.ads if candidate.kind == LineItem.Kind.AD else self.articles


class Catalogs:
    """The catalogues that this worker holds, by placement."""

    def __init__(self):
        self._held = {}

    def get(self, code):
        """The catalogue of a placement, or None where there is no such placement."""
        held, checked = self._held.get(code, (None, 0.0))
        now = time.monotonic()
        if held and now - checked < settings.CATALOG_LOCAL_SECONDS:
            return held
        version = cache.get(f"catalog:{code}:version")
        if not held or version != held.version:
            held = self._load(code, version, held)
        if held:
            self._held[code] = (held, now)
        return held

    def _load(self, code, version, held):
        stored = cache.get(f"catalog:{code}") if version else None
        if stored:
            return Catalog(*stored)
        # One worker builds, the others go on with what they hold for the moment.
        if cache.add(f"catalog:{code}:lock", 1, timeout=30) or not held:
            try:
                stored = build(code)
                if stored is None:
                    self._held.pop(code, None)
                    return None
                cache.set(f"catalog:{code}", stored, settings.CATALOG_SECONDS + 30)
                cache.set(f"catalog:{code}:version", stored[0], settings.CATALOG_SECONDS)
                return Catalog(*stored)
            finally:
                cache.delete(f"catalog:{code}:lock")
        return held


def build(code):
    """(version, placement, candidates in rank order) from the database; None where there is no such placement."""
    try:
        placement = Placement.objects.get(code=code)
    except Placement.DoesNotExist:
        return None
    now = timezone.now()
    items = (
        LineItem.objects.filter(placements=placement, is_active=True)
        .filter(campaign__is_active=True, campaign__advertiser__is_active=True)
        .filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now))
        .select_related("campaign__advertiser", "article")
        .prefetch_related("creatives", "rules")
    )
    floor = micros(placement.floor)
    candidates = [c for c in map(candidate, items) if c and reaches(c, floor)]
    spent = day_spend(now)
    candidates = [c for c in candidates if c.daily_budget is None or spent.get(c.item_id, 0) < c.daily_budget]
    candidates.sort(key=attrgetter("item_id"))
    candidates.sort(key=lambda c: (c.tier, -c.ecpm, -c.score, -c.published))
    return (
        now.timestamp(),
        {"slots": placement.slots, "ads_every": placement.ads_every},
        candidates,
    )


def reaches(candidate, floor):
    """The floor is for what is paid: not for articles and house ads."""
    paid = candidate.kind == LineItem.Kind.AD and candidate.tier != LineItem.Tier.HOUSE
    return candidate.ecpm >= floor or not paid


def micros(won):
    return None if won is None else int(won * MICROS)


def ecpm(item):
    """What a thousand impressions bring, micros."""
    bid = micros(item.bid)
    if item.bid_type == LineItem.BidType.CPC:
        return int(bid * settings.PREDICTED_CTR * 1000)
    return bid if item.bid_type == LineItem.BidType.CPM else bid * 1000


def price(item):
    """What the charged event costs, micros: an impression, or a click for CPC."""
    bid = micros(item.bid)
    return -(-bid // 1000) if item.bid_type == LineItem.BidType.CPM else bid


def candidate(item):
    """The line item as a candidate; None where there is nothing to show."""
    creative = min((c for c in item.creatives.all() if c.is_active), key=attrgetter("id"), default=None)
    if creative is None:
        return None
    campaign = item.campaign
    article = getattr(item, "article", None)
    is_article = item.kind == LineItem.Kind.ARTICLE
    if is_article and article is None:
        return None
    starts = [item.starts_at, campaign.starts_at] + ([article.published_at] if is_article else [])
    ends = [at.timestamp() for at in (item.ends_at, campaign.ends_at) if at]
    return Candidate(
        item_id=item.id,
        kind=item.kind,
        tier=item.tier,
        ecpm=0 if is_article else ecpm(item),
        score=article.score if is_article else 0,
        published=article.published_at.timestamp() if is_article else 0.0,
        bid_type=item.bid_type,
        price=0 if is_article else price(item),
        daily_budget=micros(item.daily_budget),
        campaign_id=campaign.id,
        campaign_budget=micros(campaign.total_budget),
        advertiser_id=campaign.advertiser_id,
        starts=max(starts).timestamp(),
        ends=min(ends, default=FOREVER),
        cap=(item.cap_count, item.cap_hours * 3600) if item.cap_count else None,
        rules=tuple((r.attribute, r.operator, r.operands) for r in item.rules.all()),
        answer=answer(item, creative, article if is_article else None),
    )


def answer(item, creative, article):
    """The part of a slot that is the same for everyone."""
    common = {
        "item_id": item.id,
        "creative_id": creative.id,
        "title": creative.title,
        "image_url": creative.image_url,
        "landing_url": creative.landing_url,
    }
    if article:
        published = timezone.localtime(article.published_at).strftime("%Y-%m-%d %H:%M")
        source = {"name": item.campaign.advertiser.name, "published_at": published}
        return {"type": "ARTICLE", **common, "source": source}
    return {
        "type": "HOUSE" if item.tier == LineItem.Tier.HOUSE else "AD",
        **common,
        "campaign": {"id": item.campaign_id, "name": item.campaign.name},
        "advertiser": item.campaign.advertiser.name,
        "call_to_action": creative.call_to_action,
    }
