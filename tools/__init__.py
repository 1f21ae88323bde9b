"""Programs that maintain this repository; not part of the package."""
