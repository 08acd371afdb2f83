mod capture;
mod messages;
mod random;
