"""Answers where servers find the program: `wsgi:app` for web servers, `wsgi:celery` for Celery's own commands."""

from scheduler.app import create_app
from scheduler.worker import create_celery

app = create_app()
celery = create_celery(app)
