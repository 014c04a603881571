"""The warehouse: deliveries in, validated and linked tables out."""
