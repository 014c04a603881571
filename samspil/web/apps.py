from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "samspil.web"
    label = "web"
