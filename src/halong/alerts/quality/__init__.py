"""The quality of alarms after ISA-18.2: how many, which, how fast they are answered, and what would make them fewer."""
