"""Charts of laboratory results, vital signs and electrocardiograms."""
