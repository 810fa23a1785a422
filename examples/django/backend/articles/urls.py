from django.urls import path

from articles import views

urlpatterns = [path("", views.latest), path("<int:pk>", views.detail)]
