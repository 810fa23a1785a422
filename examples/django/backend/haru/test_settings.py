"""Settings for tests: a Redis database of their own, which they empty."""
import os

os.environ.setdefault("DJANGO_SECRET_KEY", "only-for-tests")

from haru.settings import *  # noqa: E402,F401,F403
from haru.settings import CACHES  # noqa: E402

CACHES["default"]["LOCATION"] = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
ALLOWED_HOSTS = ["testserver"]
