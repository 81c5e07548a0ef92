// SPDX-License-Identifier: MIT
// A method over an encoder with one stream, where two are needed.
// expect: two_stream_encoder
#include "training.hpp"

struct one_stream {
    int features() const { return 1; }
    T operator()(context&, const T& clips) const { return clips; }
};

int main() {
    context ctx;
    pretext::decorrelation<T, one_stream, views> model(ctx, {});
}
