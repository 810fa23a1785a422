from django.http import JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.models import Member


@require_safe
@never_cache
def me(request):
    """The member whose token is in `Authorization: Bearer …`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    member = None
    if scheme.lower() == "bearer" and token:
        member = Member.objects.filter(token_hash=Member.hash_token(token)).first()
    if member is None:
        response = JsonResponse({"result": "error", "code": "unauthorized", "message": "sign in first"}, status=401)
        response["WWW-Authenticate"] = "Bearer"
        return response
    return JsonResponse(
        {
            "result": "ok",
            "user": {
                "id": member.public_id,
                "nickname": member.nickname,
                "city": member.city,
                "points": member.points,
                "joined_at": member.joined_at.isoformat(),
            },
        }
    )
