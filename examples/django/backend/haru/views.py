"""What belongs to no app: the health check and the sample pictures."""
import zlib

from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django_redis import get_redis_connection

PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 405" role="img" aria-label="{name}">
<defs><linearGradient id="g" x2="1" y2="1"><stop stop-color="hsl({hue} 70% 62%)"/>
<stop offset="1" stop-color="hsl({far} 65% 38%)"/></linearGradient></defs>
<rect width="720" height="405" fill="url(#g)"/><circle cx="{x}" cy="{y}" r="{r}" fill="#fff" opacity=".18"/>
<circle cx="{y}" cy="{x}" r="{r}" fill="#000" opacity=".10"/></svg>"""


@require_safe
def healthz(request):
    """200 when the database and Redis answer; what a load balancer asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    get_redis_connection("default").ping()
    return JsonResponse({"status": "ok"})


@require_safe
@cache_control(public=True, max_age=86400)
def picture(request, name):
    """A picture that depends on nothing but its name, so that the sample data needs no network."""
    seed = zlib.crc32(name.encode())
    hue = seed % 360
    body = PICTURE.format(
        name=name, hue=hue, far=(hue + 40) % 360, x=80 + seed % 560, y=60 + seed // 7 % 280, r=60 + seed // 11 % 140
    )
    return HttpResponse(body, content_type="image/svg+xml")
