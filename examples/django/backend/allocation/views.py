from django.conf import settings
from django.core import signing
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from allocation import counters, targeting
from allocation.catalog import Catalogs
from allocation.models import Creative, LineItem
from allocation.selection import select

MAX_COUNT = 20
SALT = "track"
catalogs = Catalogs()


def error(status, code, message):
    return JsonResponse({"result": "error", "code": code, "message": message}, status=status)


@require_safe
@never_cache
def allocation(request):
    """What to show at this unlock: GET ?placement=lock&count=4&user=u1&os=android&app_version=5.2.0&age=29"""
    query = request.GET
    user = query.get("user", "")
    if not 0 < len(user) <= 64:
        return error(400, "bad_user", "user must have 1 to 64 characters")
    count = query.get("count", "")
    if count and not (count.isascii() and count.isdigit() and 0 < int(count) <= MAX_COUNT):
        return error(400, "bad_count", f"count must be from 1 to {MAX_COUNT}")
    code = query.get("placement", "")
    catalog = catalogs.get(code)
    if catalog is None:
        return error(404, "unknown_placement", "there is no such placement")
    chosen = select(catalog, int(count or catalog.slots), user, targeting.parse_attributes(query))
    slots = [slot(n, c, code, user) for n, c in enumerate(chosen, start=1) if c]
    return JsonResponse({"result": "ok", "slots": slots}, json_dumps_params={"ensure_ascii": False})


def slot(position, candidate, placement, user):
    answer = candidate.answer
    token = signing.dumps([answer["item_id"], answer["creative_id"], placement, user], salt=SALT)
    return {
        "position": position,
        **answer,
        "impression_url": f"/api/v1/lockscreen/track/impression/{token}",
        "click_url": f"/api/v1/lockscreen/track/click/{token}",
    }


@require_safe
@never_cache
def track(request, kind, token):
    """The client reports an impression, or a click, which leads to the landing page. A repeated one counts once."""
    if kind not in ("impression", "click"):
        return error(404, "unknown_event", "an event is an impression or a click")
    try:
        item_id, creative_id, _, _ = signing.loads(token, salt=SALT, max_age=settings.TRACK_SECONDS)
    except signing.SignatureExpired:
        return error(410, "expired", "the link has expired")
    except (signing.BadSignature, ValueError):
        return error(400, "bad_token", "the link is not valid")
    first = counters.first_time(kind, token, settings.TRACK_SECONDS)
    if kind == "impression":
        return HttpResponse(status=204)
    try:
        creative = Creative.objects.select_related("line_item").get(pk=creative_id, line_item=item_id)
    except Creative.DoesNotExist:
        return error(404, "gone", "the item is gone")
    item = creative.line_item
    if first and item.bid_type == LineItem.BidType.CPC:
        counters.charge_click(item.id, item.campaign_id, int(item.bid * 1_000_000))
    return HttpResponseRedirect(creative.landing_url)
