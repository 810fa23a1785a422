"""Which items a user gets to see: slot by slot, in rank order.

An ad slot takes the best eligible ad, else an article, else a house ad; an article slot takes an article, else a house
ad. No advertiser appears twice in one answer. Nothing that is skipped for a slot can fit a later one, so each queue is
gone through once.
"""
from itertools import islice

from allocation.counters import Counters
from allocation.targeting import matches

BATCH = 12


def select(catalog, count, user, attributes):
    """Candidates for so many slots, from 1 on; None where nothing is left for a slot."""
    counters = Counters(user, catalog.longest_cap)
    queues = _Queues(catalog, counters, attributes)
    chosen = []
    for position in range(count):
        is_ad_slot = bool(catalog.ads_every) and position % catalog.ads_every == 0
        chosen.append(queues.take_ad() if is_ad_slot else queues.take_article())
    counters.commit([candidate for candidate in chosen if candidate])
    return chosen


class _Queues:
    def __init__(self, catalog, counters, attributes):
        self._counters = counters
        self._advertisers = set()
        self._ads = self._affordable(self._matching(catalog.ads, attributes))
        self._articles = self._matching(catalog.articles, attributes)
        self._house = self._matching(catalog.house, attributes)

    def take_ad(self):
        return self._first(self._ads) or self.take_article()

    def take_article(self):
        return self._first(self._articles) or self._first(self._house)

    def _first(self, queue):
        for candidate in queue:
            if candidate.advertiser_id not in self._advertisers and not self._counters.capped(candidate):
                self._advertisers.add(candidate.advertiser_id)
                return candidate
        return None

    def _matching(self, queue, attributes):
        now = self._counters.now
        for candidate, tests in queue:
            if candidate.starts <= now < candidate.ends and matches(tests, attributes):
                yield candidate

    def _affordable(self, ads):
        while batch := list(islice(ads, BATCH)):
            for ad, day, total in self._counters.load(batch):
                if ad.daily_budget is not None and day + ad.price > ad.daily_budget:
                    continue
                if ad.campaign_budget is not None and total + ad.price > ad.campaign_budget:
                    continue
                yield ad
