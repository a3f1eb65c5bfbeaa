"""Answers where servers find the program: `wsgi:app` for web servers, `wsgi:celery` for workers."""

from scheduler.app import create_app

app = create_app()
