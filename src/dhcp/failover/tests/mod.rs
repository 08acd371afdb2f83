mod accepting;
mod numbers;
mod pair;
mod recovery;
mod rig;
mod table;
