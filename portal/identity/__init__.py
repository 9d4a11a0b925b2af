"""Who somebody is: passwords, sessions of devices, tokens sent by mail. No Flask."""
