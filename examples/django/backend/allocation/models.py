"""What can be shown on the lock screen, to whom, where and for how much.

Money is in won. An article is a line item too: it competes for the article slots of a placement.
"""
from django.core.validators import MinValueValidator
from django.db import models

from allocation import targeting


class Advertiser(models.Model):
    """Who pays for an ad, or who publishes an article."""

    name = models.CharField(max_length=100, unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.name


class Campaign(models.Model):
    advertiser = models.ForeignKey(Advertiser, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(max_length=150)
    is_active = models.BooleanField(default=True)
    total_budget = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(1)], help_text="won"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    def __str__(self):
        return self.name


class Placement(models.Model):
    """A place in the app. Slot 1 is an ad, and then every ads_every-th."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100)
    slots = models.PositiveSmallIntegerField(
        default=4, validators=[MinValueValidator(1)], help_text="how many are filled when the request does not say"
    )
    ads_every = models.PositiveSmallIntegerField(default=4, help_text="4: one ad, then three articles; 0: no ads")
    floor = models.DecimalField(max_digits=12, decimal_places=4, default=0, help_text="least eCPM of an ad, won")

    def __str__(self):
        return self.code


class LineItem(models.Model):
    class Kind(models.TextChoices):
        AD = "ad"
        ARTICLE = "article"

    class Tier(models.IntegerChoices):
        SPONSORSHIP = 1
        STANDARD = 2
        NETWORK = 3
        HOUSE = 9

    class BidType(models.TextChoices):
        CPM = "cpm", "per 1000 impressions"
        CPC = "cpc", "per click"
        FIXED = "fixed", "per impression"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="line_items")
    name = models.CharField(max_length=150)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.AD)
    tier = models.PositiveSmallIntegerField(choices=Tier.choices, default=Tier.STANDARD)
    bid_type = models.CharField(max_length=10, choices=BidType.choices, default=BidType.CPM)
    bid = models.DecimalField(max_digits=12, decimal_places=3, default=0, help_text="won")
    daily_budget = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(1)], help_text="won"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    cap_count = models.PositiveSmallIntegerField(null=True, blank=True, help_text="times a user may see it")
    cap_hours = models.PositiveSmallIntegerField(null=True, blank=True, help_text="within so many hours")
    placements = models.ManyToManyField(Placement, related_name="line_items")
    is_active = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        indexes = [models.Index(fields=["is_active", "ends_at"])]
        constraints = [
            models.CheckConstraint(
                check=models.Q(cap_count__isnull=True, cap_hours__isnull=True)
                | models.Q(cap_count__gte=1, cap_hours__gte=1),
                name="cap_is_whole",
            )
        ]

    def __str__(self):
        return self.name


class TargetingRule(models.Model):
    """One condition on the request. All rules of a line item must hold."""

    line_item = models.ForeignKey(LineItem, on_delete=models.CASCADE, related_name="rules")
    attribute = models.CharField(max_length=40, choices=[(name, name) for name in targeting.KINDS])
    operator = models.CharField(max_length=10, choices=[(name, name) for name in targeting.OPERATORS])
    operands = models.JSONField(help_text='a list: ["android"], [20]')

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{self.attribute} {self.operator} {self.operands}"

    def clean(self):
        targeting.compile_rule(self.attribute, self.operator, self.operands)


class Creative(models.Model):
    line_item = models.ForeignKey(LineItem, on_delete=models.CASCADE, related_name="creatives")
    title = models.CharField(max_length=200)
    image_url = models.CharField(max_length=300)
    landing_url = models.URLField(max_length=500)
    call_to_action = models.CharField(max_length=40, blank=True)
    weight = models.PositiveSmallIntegerField(default=1)
    is_active = models.BooleanField(default=True)

    def __str__(self):
        return self.title
