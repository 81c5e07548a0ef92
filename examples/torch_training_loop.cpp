// SPDX-License-Identifier: MIT
// mgkit inside a program of LibTorch's: our encoder is one module among theirs, in a training loop
// that somebody else wrote. Tensors, gradients, optimiser and loss are LibTorch's throughout.
#include "mgkit/nn/torch_module.hpp"
// LibTorch's own headers follow ours.
#include <torch/nn/functional/loss.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/linear.h>
#include <torch/optim/adam.h>

#include <cstdio>

#include "mgkit/clip/prepare.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/encode/clip_input.hpp"
#include "mgkit/encode/dste.hpp"

namespace mg = mgkit;
using tensor = mg::torch::tensor<float>;
using encoder = mg::encode::dste<tensor>;

namespace {

// Clips as one tensor [N, C, T, V, M], the way a data loader of LibTorch's would hand them over.
at::Tensor stacked(const mg::encode::clip_input& input, const mg::data::clip_set& clips) {
    const auto e = input.extents();
    const at::Tensor out = at::empty({clips.size(), e.channels, e.frames, e.joints, e.persons});
    mg::encode::clip_input::scratch work;
    for (int i = 0; i < clips.size(); ++i)
        input.write_whole(clips.clip(i), {out[i].data_ptr<float>(), input.size()}, work);
    return out;
}

}  // namespace

int main() {
    const auto clips = mg::clip::prepare({}, mg::data::make_synthetic()).clips;
    const auto halves = mg::data::every_other_subject(clips);
    const auto train = clips.subset(halves.train), test = clips.subset(halves.test);
    const mg::encode::clip_input input(clips.topology, clips.shape, {.frames = 32});

    mg::context ctx{.seed = 7};
    encoder inner(mg::nn::scope(ctx), {.clip = input.extents(), .width = 16, .heads = 2});
    const int features = inner.features();
    const at::Tensor seen = stacked(input, train), unseen = stacked(input, test);
    const at::Tensor classes = at::tensor(train.labels, at::kLong),
                     truth = at::tensor(test.labels, at::kLong);

    // From here on it is somebody's LibTorch program.
    at::manual_seed(7);
    auto encode = std::make_shared<mg::torch::module<encoder>>(std::move(ctx), std::move(inner));
    ::torch::nn::Sequential net(encode, ::torch::nn::Linear(features, clips.classes()));
    ::torch::optim::Adam optimiser(net->parameters(), ::torch::optim::AdamOptions(5e-3));
    for (int epoch = 0; epoch < 40; ++epoch) {
        optimiser.zero_grad();
        ::torch::nn::functional::cross_entropy(net->forward(seen), classes).backward();
        optimiser.step();
    }
    net->eval();
    const at::NoGradGuard not_recorded;
    const at::Tensor guess = net->forward(unseen).argmax(1);
    std::printf("right on people not trained on: %.0f of %d (generated clips)\n",
                guess.eq(truth).sum().item<float>(), test.size());
    return 0;
}
