import hashlib

from django.db import models


class Member(models.Model):
    """Someone who uses the app. The token is what the phone shows; only its hash is kept."""

    public_id = models.CharField(max_length=40, unique=True)
    nickname = models.CharField(max_length=40)
    token_hash = models.CharField(max_length=64, unique=True)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    city = models.CharField(max_length=40, blank=True)
    points = models.PositiveIntegerField(default=0)
    joined_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.nickname

    @staticmethod
    def hash_token(token):
        return hashlib.sha256(token.encode()).hexdigest()
