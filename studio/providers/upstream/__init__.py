"""What is known of Ark, the upstream of all gateways here, and shared by the gateways that pass it on."""
