"""Recipes that come with the program: options of training for kinds of data."""
