//! Rules on commands see them wherever a script has them.
