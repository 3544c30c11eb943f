"""Filters for matrices."""

from __future__ import annotations

from django import template

from studio.services.matrices_pricing import model_name

register = template.Library()
register.filter("studio_model", model_name)
