"""What the screens of incidents show, made from queries; the views only hand it to templates."""
