"""What is thought of a payment when it arrives: its customer's habits, and the score that follows."""
