from django.apps import AppConfig


class ImprovementConfig(AppConfig):
    name = "samspil.improvement"
    label = "improvement"
