// A backend that lacks a primitive which an operation needs.
// expect: mgkit: this backend lacks a primitive operation
#include "tensors.hpp"

int main() {
    context ctx;
    gelu(ctx, bare{{2, 3}});
}
