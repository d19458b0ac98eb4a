"""Job-seeker registrations 求职登记."""
