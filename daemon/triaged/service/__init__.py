"""The composition: what is started, watched over, reloaded and stopped."""
