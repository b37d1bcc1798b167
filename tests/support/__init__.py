"""What tests share: real doubles, servers on loopback, and the guard that keeps the network out."""
