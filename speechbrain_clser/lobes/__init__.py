"""Reusable modules: frames in, frames or one embedding out."""
