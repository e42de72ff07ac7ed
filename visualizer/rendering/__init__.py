"""Arrays → pictures: mosaics and their inverse index."""
