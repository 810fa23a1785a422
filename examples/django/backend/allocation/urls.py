from django.urls import path

from allocation import views

urlpatterns = [
    path("allocation/", views.allocation, name="allocation"),
    path("track/<slug:kind>/<str:token>", views.track, name="track"),
]
