"""A gateway of our own: a real HTTP server on loopback that plays the paid ones and renders real films.

Written from the gateways' documents alone; it imports nothing of `studio.providers`, else it would agree with itself.
"""
