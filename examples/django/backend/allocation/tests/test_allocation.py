from datetime import timedelta
from unittest import mock

from django.utils import timezone

from allocation import catalog
from allocation.tests.factory import AllocationTestCase


class SelectionTest(AllocationTestCase):
    def test_one_ad_then_three_articles(self):
        ads = [self.item(f"ad{n}", bid=bid) for n, bid in enumerate([100, 300, 200])]
        articles = [self.article(f"paper{n}", score) for n, score in enumerate([10, 60, 30, 40, 50, 20])]
        self.assertEqual(
            self.shown(count=8),
            [ads[1], articles[1], articles[4], articles[3], ads[2], articles[2], articles[5], articles[0]],
        )

    def test_ads_rank_by_tier_then_by_what_a_thousand_impressions_bring(self):
        cpm = self.item("cpm", bid_type="cpm", bid=2000)
        cpc = self.item("cpc", bid_type="cpc", bid=500)  # 2500 a thousand
        fixed = self.item("fixed", bid_type="fixed", bid=3)  # 3000 a thousand
        sponsor = self.item("sponsor", tier=1, bid=1)
        same = self.item("same", bid_type="cpm", bid=2000)
        self.placement.ads_every = 1
        self.placement.save()
        self.assertEqual(self.shown(count=5), [sponsor, fixed, cpc, cpm, same])

    def test_articles_fill_ad_slots_and_not_the_other_way_round(self):
        articles = [self.article(f"paper{n}", 90 - n) for n in range(2)]
        house = self.house("house")
        self.item("not for you", rules=[("os", "in", ["ios"])])
        self.assertEqual(self.shown(os="android"), [*articles, house])
        ad = self.item("one"), self.item("two")
        self.forget()
        self.assertEqual(self.shown(user="u2", os="android"), [ad[0], *articles, house])

    def test_no_advertiser_twice(self):
        campaign = self.campaign("same")
        first, _ = (self.item("same", campaign=campaign, bid=bid) for bid in (9, 8))
        other = self.item("other", bid=1)
        self.placement.ads_every = 1
        self.placement.save()
        self.assertEqual(self.shown(), [first, other])

    def test_what_does_not_run_is_not_shown(self):
        now = timezone.now()
        self.item("paused", is_active=False)
        self.item("over", ends_at=now - timedelta(hours=1))
        self.item("not yet", starts_at=now + timedelta(hours=1))
        self.item("campaign paused", campaign=self.campaign("c1", is_active=False))
        self.item("campaign over", campaign=self.campaign("c2", ends_at=now - timedelta(hours=1)))
        self.assertEqual(self.shown(), [])

    def test_floor(self):
        self.placement.floor = 500
        self.placement.save()
        self.item("cheap", bid=499)
        enough, house = self.item("enough", bid=500), self.house("house")
        self.assertEqual(self.shown(count=2), [enough, house])

    def test_targeting(self):
        android = self.item("android", rules=[("os", "in", ["android"]), ("age", "gte", [20])])
        self.assertEqual(self.shown(os="android", age=20), [android])
        self.assertEqual(self.shown(user="u2", os="android", age=19), [])
        self.assertEqual(self.shown(user="u3", os="android"), [])


class CountersTest(AllocationTestCase):
    def test_a_cap_is_a_sliding_window_per_user(self):
        capped = self.item("capped", cap_count=2, cap_hours=1)
        self.assertEqual([self.shown() for _ in range(3)], [[capped], [capped], []])
        self.assertEqual(self.shown(user="u2"), [capped])
        with mock.patch("allocation.counters.time.time", return_value=timezone.now().timestamp() + 3601):
            self.assertEqual(self.shown(), [capped])

    def test_a_daily_budget_ends(self):
        dear = self.item("dear", bid=2000, daily_budget=5)  # 2 won an impression
        cheap = self.item("cheap", bid=1000)
        shown = [self.shown(user=f"u{n}", count=1)[0] for n in range(4)]
        self.assertEqual(shown, [dear, dear, cheap, cheap])

    def test_a_campaign_budget_ends(self):
        campaign = self.campaign("c", total_budget=1)
        item = self.item("c", campaign=campaign, bid_type="fixed", bid=1)
        self.assertEqual([self.shown(user="a"), self.shown(user="b")], [[item], []])

    def test_a_paid_click_is_charged_once_and_leads_to_the_landing(self):
        item = self.item("click", bid_type="cpc", bid=300, daily_budget=500)
        url = self.ask().json()["slots"][0]["click_url"]
        for _ in range(3):
            response = self.client.get(url)
            self.assertRedirects(response, f"https://go.haru.example/{item}", fetch_redirect_response=False)
        self.assertEqual(catalog.day_spend(timezone.now()), {item: 300_000_000})
        self.assertEqual(self.shown(user="u2"), [])

    def test_a_forged_token_is_refused(self):
        self.item("a")
        url = self.ask().json()["slots"][0]["impression_url"]
        self.assertEqual(self.client.get(url).status_code, 204)
        self.assertEqual(self.client.get(url[:-1] + "AB").status_code, 400)


class RequestTest(AllocationTestCase):
    def test_the_answer(self):
        item = self.item("하루커피")
        slot = self.ask().json()["slots"][0]
        self.assertTrue(slot.pop("impression_url") and slot.pop("click_url"))
        creative, campaign = slot.pop("creative_id"), slot.pop("campaign")
        self.assertEqual(campaign["name"], "하루커피")
        self.assertTrue(creative)
        self.assertEqual(
            slot,
            {
                "position": 1,
                "type": "AD",
                "item_id": item,
                "title": "하루커피",
                "image_url": "/p.svg",
                "landing_url": f"https://go.haru.example/{item}",
                "advertiser": "하루커피",
                "call_to_action": "",
            },
        )

    def test_refusals(self):
        for query, status, code in [
            ({"placement": "nowhere"}, 404, "unknown_placement"),
            ({"user": ""}, 400, "bad_user"),
            ({"user": "u" * 65}, 400, "bad_user"),
            ({"count": "0"}, 400, "bad_count"),
            ({"count": "21"}, 400, "bad_count"),
            ({"count": "-1"}, 400, "bad_count"),
            ({"count": "four"}, 400, "bad_count"),
        ]:
            with self.subTest(query=query):
                response = self.ask(**query)
                self.assertEqual((response.status_code, response.json()["code"]), (status, code))

    def test_a_request_asks_the_database_nothing(self):
        self.item("ad")
        self.shown()
        with self.assertNumQueries(0):
            self.shown(user="u2")
