"""What the screens of the desk show and offer: lists, one report with its steps, the figures."""
