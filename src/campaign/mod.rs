//! E-mail and SMS triggers, product blocks and offers.
