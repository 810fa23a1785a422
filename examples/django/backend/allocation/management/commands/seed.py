"""Fills an empty database with believable sample data: the same for the same number, date and seed."""
import random
from datetime import datetime, timedelta, timezone

from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import connection, transaction

from allocation import sample
from allocation.models import Advertiser, Campaign, Creative, LineItem, Placement, TargetingRule
from articles.models import Article
from members.models import Member

BATCH = 1000
FIRST = {"advertiser": 1001, "campaign": 10001, "line_item": 100001, "creative": 200001, "article": 300001}
SEOUL = timezone(timedelta(hours=9))
PLACEMENTS = [("lock", "잠금화면", 8, 4, "0"), ("home", "홈 피드", 12, 4, "300"), ("popup", "충전 팝업", 1, 1, "2000")]


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--items", type=int, default=1000, help="how many line items (default 1000)")
        parser.add_argument("--members", type=int, default=50)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--date", default="", help="YYYY-MM-DD that articles lead up to (default: today)")
        parser.add_argument("--replace", action="store_true", help="delete what is there first")

    @transaction.atomic
    def handle(self, *args, **options):
        if options["replace"]:
            for model in (LineItem, Campaign, Advertiser, Placement, Member):
                model.objects.all().delete()
        elif Advertiser.objects.exists():
            raise CommandError("the database has data already; use --replace")
        day = datetime.strptime(options["date"], "%Y-%m-%d") if options["date"] else datetime.now(SEOUL)
        day = day.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=SEOUL)
        Seeder(random.Random(options["seed"]), day, options["items"]).run()
        seed_members(options["members"])
        models = [Advertiser, Campaign, Placement, LineItem, TargetingRule, Creative, Article, Member]
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
        self.stdout.write(f"{options['items']} line items, {options['members']} members (tokens: member-1, member-2, …)")


def seed_members(count):
    Member.objects.bulk_create(
        Member(
            public_id=f"m{n}",
            nickname=f"{sample.NICKNAMES[n % len(sample.NICKNAMES)]}{n}",
            token_hash=Member.hash_token(f"member-{n}"),
            birth_year=1970 + n * 7 % 40,
            city=sample.CITIES[n % len(sample.CITIES)],
            points=n * 137 % 5000,
        )
        for n in range(1, count + 1)
    )


class Seeder:
    def __init__(self, rng, day, items):
        self.rng = rng
        self.day = day
        self.items = items
        self.start = day - timedelta(days=365)
        self.articles, self.creatives, self.rules, self.links = [], [], [], []

    def run(self):
        self.placements = Placement.objects.bulk_create(
            Placement(id=n, code=c, name=name, slots=slots, ads_every=every, floor=floor)
            for n, (c, name, slots, every, floor) in enumerate(PLACEMENTS, start=1)
        )
        house = max(4, self.items // 200)
        ads = (self.items - house) * 2 // 5
        brands = self.campaigns(self.brand_names(max(24, ads // 8)), 2)
        papers = self.campaigns(self.paper_names(max(24, self.items // 100)), 1)
        own = self.campaigns([(f"하루 {word}", "home") for word in ("포인트", "상점", "응원", "소식")], 1)
        line_items = []
        for number in range(self.items):
            item_id = FIRST["line_item"] + number
            if number < ads:
                line_items.append(self.ad(item_id, brands))
            elif number < self.items - house:
                line_items.append(self.article(item_id, papers))
            else:
                line_items.append(self.house(item_id, own[number % len(own)]))
        LineItem.objects.bulk_create(line_items, BATCH)
        Article.objects.bulk_create(self.articles, BATCH)
        Creative.objects.bulk_create(self.creatives, BATCH)
        TargetingRule.objects.bulk_create(self.rules, BATCH)
        LineItem.placements.through.objects.bulk_create(self.links, BATCH)

    def brand_names(self, count):
        words = list(sample.CATEGORIES)
        names = [(p + w, w) for w in words for p in sample.PREFIXES]
        self.rng.shuffle(names)
        more = [(f"{city} {name}", w) for city in sample.CITIES for name, w in names]
        return (names + more)[:count]

    def paper_names(self, count):
        names = [(p + w, "news") for w in sample.PAPERS for p in sample.PUBLISHERS]
        self.rng.shuffle(names)
        more = [(f"{city} {name}", w) for city in sample.CITIES for name, w in names]
        return (names + more)[:count]

    def campaigns(self, names, each):
        """An advertiser of each name with so many campaigns: (campaign, advertiser's name, its word)."""
        first = Advertiser.objects.count()
        advertisers = Advertiser.objects.bulk_create(
            (Advertiser(id=FIRST["advertiser"] + first + n, name=name) for n, (name, _) in enumerate(names)), BATCH
        )
        made, first = [], Campaign.objects.count()
        for advertiser, (name, word) in zip(advertisers, names):
            for season in ("상시", "겨울")[:each]:
                campaign = Campaign(
                    id=FIRST["campaign"] + first + len(made),
                    advertiser=advertiser,
                    name=f"{name} {season} 캠페인",
                    starts_at=self.start,
                    ends_at=self.day + timedelta(days=180) if season == "겨울" else None,
                    total_budget=self.rng.choice([None, 50_000_000, 200_000_000]) if each > 1 else None,
                )
                made.append((campaign, name, word))
        Campaign.objects.bulk_create((c for c, _, _ in made), BATCH)
        return made

    def ad(self, item_id, brands):
        rng = self.rng
        campaign, brand, word = rng.choice(brands)
        interest, titles = sample.CATEGORIES[word]
        bid_type = rng.choices(["cpm", "cpc", "fixed"], [6, 3, 1])[0]
        bid = {"cpm": rng.randrange(50, 800) * 10, "cpc": rng.randrange(5, 60) * 10, "fixed": rng.randrange(2, 20) / 2}
        item = LineItem(
            id=item_id,
            campaign=campaign,
            name=f"{brand} {bid_type} {item_id}",
            tier=rng.choices([1, 2, 3], [5, 70, 25])[0],
            bid_type=bid_type,
            bid=str(bid[bid_type]),
            daily_budget=rng.choice([None, 300_000, 1_000_000, 5_000_000, 20_000_000]),
            **self.dates(),
            is_active=rng.random() > 0.02,
        )
        if rng.random() < 0.6:
            item.cap_count, item.cap_hours = rng.choice([(1, 24), (2, 24), (3, 24), (5, 168), (1, 1), (2, 6)])
        self.target(item_id, self.ad_rules(interest))
        self.show(item, self.words(rng.choice(titles), brand), f"ad-{item_id}", rng.choice(sample.ACTIONS))
        return item

    def article(self, item_id, papers):
        rng = self.rng
        campaign, _, _ = rng.choice(papers)
        topic = rng.choice(list(sample.TOPICS))
        title = self.words(rng.choice(sample.TOPICS[topic]))
        published = self.day - timedelta(minutes=rng.randrange(14 * 24 * 60))
        item = LineItem(id=item_id, campaign=campaign, name=title, kind=LineItem.Kind.ARTICLE, starts_at=published)
        if rng.random() < 0.5:
            item.cap_count, item.cap_hours = rng.choice([(1, 6), (2, 24), (3, 24)])
        self.target(item_id, self.article_rules(topic))
        self.show(item, title, f"{topic}-{item_id}", "")
        self.articles.append(
            Article(
                id=FIRST["article"] + len(self.articles),
                line_item=item,
                title=title,
                author=f"{rng.choice(sample.AUTHORS)} 기자",
                topic=topic,
                body=self.words(sample.PARAGRAPH, title=title),
                image_url=self.creatives[-1].image_url,
                score=max(0, min(100, int(rng.gauss(55, 18)))),
                published_at=published,
            )
        )
        return item

    def house(self, item_id, own):
        campaign, name, _ = own
        item = LineItem(
            id=item_id, campaign=campaign, name=f"{name} {item_id}", tier=LineItem.Tier.HOUSE, starts_at=self.start
        )
        self.show(item, f"{name}: 오늘도 한 번 더 열어 보세요", f"house-{item_id}", "열기")
        return item

    def dates(self):
        """Most run now; a few have ended, a few have not begun."""
        kind = self.rng.random()
        if kind < 0.03:
            return {"starts_at": self.start, "ends_at": self.day - timedelta(days=1)}
        if kind < 0.06:
            return {"starts_at": self.day + timedelta(days=60), "ends_at": None}
        return {"starts_at": self.start, "ends_at": None if kind < 0.5 else self.day + timedelta(days=90)}

    def show(self, item, title, picture, action):
        item_places = self.rng.sample(self.placements, self.rng.randint(1, 2)) if item.kind == "ad" else self.placements[:2]
        if item.tier == LineItem.Tier.HOUSE:
            item_places = self.placements
        through = LineItem.placements.through
        self.links += [through(lineitem_id=item.id, placement_id=p.id) for p in item_places]
        self.creatives.append(
            Creative(
                id=FIRST["creative"] + len(self.creatives),
                line_item=item,
                title=title,
                image_url=f"/pictures/{picture}.svg",
                landing_url=f"https://go.haru.example/{picture}?from=lock",
                call_to_action=action,
            )
        )

    def words(self, template, brand="", title=""):
        rng = self.rng
        return template.format(
            b=brand,
            title=title,
            c=rng.choice(sample.CITIES),
            n=rng.randrange(3, 60),
            w=f"{rng.randrange(1, 50) * 500:,}",
            r=f"{rng.randrange(250, 480) / 100:.2f}",
            k=f"{rng.randrange(130, 320) * 10:,}",
        )

    def target(self, item_id, rules):
        for attribute, operator, operands in rules:
            self.rules.append(
                TargetingRule(line_item_id=item_id, attribute=attribute, operator=operator, operands=operands)
            )

    def some(self, values, most):
        """A few values, the first ones more often: as cities and carriers are."""
        weights = [1 / n for n in range(1, len(values) + 1)]
        return sorted(set(self.rng.choices(values, weights, k=self.rng.randint(1, most))))

    def ad_rules(self, interest):
        rng = self.rng
        if rng.random() < 0.2:
            return []
        age = rng.choice([15, 19, 20, 25, 30, 40, 50])
        # One of each line at most: rules on one attribute must not exclude each other.
        possible = [
            [[("os", "in", [rng.choice(["android", "android", "ios"])])], [("os", "not_in", ["ios"])]],
            [[("app_version", "gte", [rng.choice(sample.APP_VERSIONS)])], [("app_version", "lt", ["6.0.0"])]],
            [
                [("country", "in", self.some(sample.COUNTRIES, 2))],
                [("country", "not_in", [rng.choice(sample.COUNTRIES[1:])])],
            ],
            [[("city", "in", self.some(sample.CITIES, 4))]],
            [[("age", "gte", [age])], [("age", "gte", [age]), ("age", "lt", [age + 15])]],
            [[("gender", "in", [rng.choice("fm")])]],
            [[("interests", "in", sorted({interest, rng.choice(sample.INTERESTS)}))]],
            [[("carrier", "in", self.some(sample.CARRIERS, 2))]],
            [[("network", "not_in", ["lte"])]],
            [[("device", "prefix", ["galaxy"])]],
        ]
        chosen = rng.sample(range(len(possible)), rng.randint(1, 4))
        return [rule for n in sorted(chosen) for rule in rng.choice(possible[n])]

    def article_rules(self, topic):
        rng = self.rng
        kind = rng.random()
        if kind < 0.55:
            return []
        if kind < 0.7:
            return [("language", "in", ["ko"])]
        if kind < 0.8:
            return [("city", "in", self.some(sample.CITIES, 3))]
        if kind < 0.9 and topic in sample.INTERESTS:
            return [("interests", "in", [topic])]
        return [("age", "gte", [rng.choice([15, 20, 30])]), ("country", "in", ["KR"])]
