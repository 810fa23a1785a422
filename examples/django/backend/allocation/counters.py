"""What is counted in Redis: how often a user saw an item, and what was spent.

One sorted set a user holds what the user was shown (only items with a cap), scored by time, so that the cap is a sliding
window. One hash a day holds what each line item spent, and one what each campaign spent in all.
"""
import time
import uuid

from django.utils import timezone
from django_redis import get_redis_connection

DAY_KEPT = 3 * 86400


def day_key(now=None):
    """A day begins at midnight in Seoul."""
    return f"spend:{timezone.localtime(now or timezone.now()):%Y%m%d}"


def day_spend(now):
    """Micros spent today, by line item."""
    stored = get_redis_connection("default").hgetall(day_key(now))
    return {int(item): int(micros) for item, micros in stored.items()}


class Counters:
    """The counters as one request sees them. A read and a write to Redis each, however many items are looked at."""

    def __init__(self, user, longest_cap):
        self.user = user
        self.now = time.time()
        self._longest_cap = longest_cap
        self._day = day_key()
        self._seen = None
        self._redis = get_redis_connection("default")

    def load(self, ads):
        """Adds to a batch of ads what they spent: (ad, micros today, micros of the campaign)."""
        pipe = self._redis.pipeline(transaction=False)
        first = self._seen is None
        if first:
            pipe.zrangebyscore(f"seen:{self.user}", self.now - self._longest_cap, "+inf", withscores=True)
        if ads:
            pipe.hmget(self._day, [ad.item_id for ad in ads])
            pipe.hmget("spend:campaigns", [ad.campaign_id for ad in ads])
        results = pipe.execute()
        if first:
            self._seen = {}
            for member, at in results.pop(0):
                self._seen.setdefault(int(member.split(b":", 1)[0]), []).append(at)
        if not ads:
            return []
        return [(ad, int(day or 0), int(total or 0)) for ad, day, total in zip(ads, *results)]

    def capped(self, candidate):
        """Whether the user saw it as often as allowed."""
        if not candidate.cap:
            return False
        if self._seen is None:
            self.load([])
        times, seconds = candidate.cap
        seen = self._seen.get(candidate.item_id)
        return bool(seen) and sum(at > self.now - seconds for at in seen) >= times

    def commit(self, shown):
        """Counts what is shown: caps, and the price of what is paid by impression."""
        pipe = self._redis.pipeline(transaction=False)
        nonce = uuid.uuid4().hex[:12]
        capped = {f"{c.item_id}:{nonce}": self.now for c in shown if c.cap}
        if capped:
            key = f"seen:{self.user}"
            pipe.zadd(key, capped)
            pipe.zremrangebyscore(key, "-inf", self.now - self._longest_cap)
            pipe.expire(key, self._longest_cap)
        for candidate in shown:
            if candidate.price and candidate.bid_type != "cpc":
                self._spend(pipe, candidate.item_id, candidate.campaign_id, candidate.price)
        if pipe.command_stack:
            pipe.execute()

    def _spend(self, pipe, item_id, campaign_id, micros):
        pipe.hincrby(self._day, item_id, micros)
        pipe.expire(self._day, DAY_KEPT)
        pipe.hincrby("spend:campaigns", campaign_id, micros)


def charge_click(item_id, campaign_id, micros):
    """Counts a paid click."""
    pipe = get_redis_connection("default").pipeline(transaction=False)
    pipe.hincrby(day_key(), item_id, micros)
    pipe.expire(day_key(), DAY_KEPT)
    pipe.hincrby("spend:campaigns", campaign_id, micros)
    pipe.execute()


def first_time(kind, token, seconds):
    """Whether this event of this token was not counted yet."""
    return bool(get_redis_connection("default").set(f"event:{kind}:{token[-43:]}", 1, ex=seconds, nx=True))
