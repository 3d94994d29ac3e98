"""The methods, one file each: what they read, what they predict, what they lose."""
