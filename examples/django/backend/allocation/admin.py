from django.contrib import admin

from allocation import models


class RuleInline(admin.TabularInline):
    model = models.TargetingRule
    extra = 0


class CreativeInline(admin.StackedInline):
    model = models.Creative
    extra = 0


@admin.register(models.LineItem)
class LineItemAdmin(admin.ModelAdmin):
    list_display = ["id", "name", "campaign", "kind", "tier", "bid_type", "bid", "daily_budget", "is_active"]
    list_filter = ["is_active", "kind", "tier", "bid_type", "placements"]
    list_select_related = ["campaign"]
    search_fields = ["name", "campaign__name", "campaign__advertiser__name"]
    autocomplete_fields = ["campaign"]
    filter_horizontal = ["placements"]
    inlines = [RuleInline, CreativeInline]
    actions = ["pause", "resume"]

    @admin.action(description="Pause")
    def pause(self, request, queryset):
        queryset.update(is_active=False)

    @admin.action(description="Resume")
    def resume(self, request, queryset):
        queryset.update(is_active=True)


@admin.register(models.Campaign)
class CampaignAdmin(admin.ModelAdmin):
    list_display = ["id", "name", "advertiser", "total_budget", "starts_at", "ends_at", "is_active"]
    list_filter = ["is_active"]
    list_select_related = ["advertiser"]
    search_fields = ["name", "advertiser__name"]
    autocomplete_fields = ["advertiser"]


@admin.register(models.Advertiser)
class AdvertiserAdmin(admin.ModelAdmin):
    list_display = ["id", "name", "is_active"]
    search_fields = ["name"]


@admin.register(models.Placement)
class PlacementAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "slots", "ads_every", "floor"]
