"""The 2018 return told as events."""
