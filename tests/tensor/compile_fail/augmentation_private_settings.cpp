// SPDX-License-Identifier: MIT
// A stage that hides its settings.
// error: mgkit: this type is no augmentation: its settings are not public members of an aggregate
#include "stages.hpp"

class wrong : public still {
public:
    explicit wrong(double angle = 1) : angle_(angle) {}

private:
    double angle_;
};

int main() {
    augment::sequence<wrong> one;
    one.get<0>();
}
