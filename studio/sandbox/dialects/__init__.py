"""One package per gateway that the sandbox plays; each says which paths it speaks and answers them."""
