"""The pages' common frame: base page, navigation, components, charts. No rules live here."""
