from django.contrib import admin

from members.models import Member


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):
    list_display = ["public_id", "nickname", "city", "points"]
    search_fields = ["public_id", "nickname"]
    exclude = ["token_hash"]
