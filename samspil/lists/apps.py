from django.apps import AppConfig


class ListsConfig(AppConfig):
    name = "samspil.lists"
    label = "lists"
