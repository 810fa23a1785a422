from django.contrib import admin
from django.urls import include, path

from haru.views import healthz, picture

urlpatterns = [
    path("api/v1/lockscreen/", include("allocation.urls")),
    path("api/articles/", include("articles.urls")),
    path("api/users/", include("members.urls")),
    path("pictures/<slug:name>.svg", picture),
    path("healthz", healthz),
    path("admin/", admin.site.urls),
]
