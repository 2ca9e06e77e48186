//! What a customer will do: value, return, next order, replenishment, discount reliance.
