// One translation unit as a user writes it, for tests/checks/include_cost.py.
#include "mgkit/mgkit.hpp"

int main() {}
