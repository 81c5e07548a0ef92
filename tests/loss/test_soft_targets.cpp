// SPDX-License-Identifier: MIT
// Cross-entropy of smoothed and mixed labels, with logits adjusted for the classes' frequencies.
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "metric/refused.hpp"
#include "mgkit/backend/eigen.hpp"
#include "mgkit/io/json.hpp"
#include "mgkit/io/safetensors.hpp"
#include "mgkit/loss/soft_targets.hpp"
#include "mgkit/nn/archive.hpp"
#include "mgkit/nn/leaves.hpp"
#include "mgkit/tensor/variable.hpp"
#include "real_files.hpp"

using namespace mgkit;
using Catch::Approx;

namespace {

using T = eigen::tensor<double>;

/// Loss and gradient with respect to the logits.
struct found_loss {
    double loss = 0;
    std::vector<double> gradient;
};

found_loss loss_of(const std::vector<double>& logits, const std::vector<double>& targets,
                   extent rows, extent classes, std::span<const double> offsets) {
    context ctx;
    parameter<T> p(backend_traits<T>::from_host(ctx, logits, {rows, classes}));
    const variable<T> truth{backend_traits<T>::from_host(ctx, targets, {rows, classes})};
    const recording<T> record(ctx);
    const auto out = loss::adjusted_cross_entropy(ctx, use<variable<T>>(p), truth, offsets);
    backward(ctx, out);
    return {nn::host_values(ctx, out.value).at(0), nn::host_values(ctx, p.slot.gradient)};
}

/// Rows of soft labels, every one mixed with that of the reversed batch.
std::vector<double> targets_of(const std::vector<double>& labels, int classes, double smoothing,
                               double own = 1) {
    const auto width = static_cast<std::size_t>(classes);
    std::vector<double> out(labels.size() * width);
    for (std::size_t r = 0; r < labels.size(); ++r) {
        const auto row = std::span(out).subspan(r * width, width);
        loss::add_soft_label(row, static_cast<int>(labels[r]), smoothing, own);
        if (own < 1)
            loss::add_soft_label(row, static_cast<int>(labels[labels.size() - 1 - r]), smoothing,
                                 1 - own);
    }
    return out;
}

}  // namespace

TEST_CASE("logits are adjusted by the log of the prior, by hand", "[quick]") {
    const std::vector<std::int64_t> counts{6, 3, 1};
    const auto offsets = loss::logit_offsets(counts, 2);
    CHECK(offsets[0] == Approx(2 * std::log(.6)));
    CHECK(offsets[2] == Approx(2 * std::log(.1)));
    // One row of logits 0, so that the softmax is that of the offsets: .36, .09, .01 of .46.
    const auto found = loss_of({0, 0, 0}, {0, 0, 1}, 1, 3, offsets);
    CHECK(found.loss == Approx(-std::log(.01 / .46)));
    CHECK(found.gradient[0] == Approx(.36 / .46));
    CHECK(found.gradient[2] == Approx(.01 / .46 - 1));
    CHECK(loss_of({0, 0, 0}, {0, 0, 1}, 1, 3, {}).loss == Approx(std::log(3.)));
    CHECK_REFUSED(loss::logit_offsets(std::vector<std::int64_t>{2, 0}, 1), "0 of class 1");
    CHECK_REFUSED(loss_of({0, 0}, {0, 1}, 1, 2, offsets), "logits of 3 classes");
}

TEST_CASE("labels are smoothed over all classes and mixed in pairs, by hand", "[quick]") {
    CHECK(targets_of({1, 0}, 4, .2) == std::vector<double>{.05, .05 + .8, .05, .05,  //
                                                           .05 + .8, .05, .05, .05});
    const auto mixed = targets_of({1, 0}, 2, 0, .75);
    CHECK(mixed == std::vector<double>{.25, .75, .75, .25});
    std::vector<double> row(2);
    CHECK_REFUSED(loss::add_soft_label(std::span(row), 2, 0.), "labels from 0 to 1");
}

TEST_CASE("losses of soft labels agree with the recorded ones", "[golden]") {
    const std::string folder = real_files("MGKIT_GOLDEN_DIR", "tasks");
    int files = 0;
    for (const std::string& path : files_below(folder, ".safetensors")) {
        if (path.find("/finetune_losses_") == path.npos) continue;
        ++files;
        CAPTURE(path);
        const io::safetensors_file file(path);
        const io::json config = io::parse_json(file.metadata().at("config"), path);
        const int classes = config.at("classes").get<int>();
        const auto read = [&](const std::string& name) { return file.read<double>(name); };
        const auto logits = read("input/logit"), labels = read("input/label");
        const auto counted = read("input/class_count");
        const std::vector<std::int64_t> counts(counted.begin(), counted.end());
        const auto check = [&](const std::string& name, const std::vector<double>& targets,
                               std::span<const double> offsets) {
            CAPTURE(name);
            const auto found =
                loss_of(logits, targets, static_cast<extent>(labels.size()), classes, offsets);
            // The bound of recorded numbers in double (docs/numerics.md).
            CHECK(found.loss == Approx(read("output/" + name + "/loss").at(0)).epsilon(1e-9));
            if (!file.contains("grad/" + name + "/logit")) return;
            const auto want = read("grad/" + name + "/logit");
            double worst = 0, largest = 0;
            for (std::size_t i = 0; i < want.size(); ++i) {
                worst = std::max(worst, std::abs(found.gradient[i] - want[i]));
                largest = std::max(largest, std::abs(want[i]));
            }
            CHECK(worst <= 1e-9 * largest);
        };
        const auto plain = targets_of(labels, classes, 0);
        check("cross_entropy", plain, {});
        check("balanced_softmax", plain, loss::logit_offsets(counts, 1));
        for (const auto& tau : config.at("tau"))
            check("logit_adjusted_" + tau.dump(), plain,
                  loss::logit_offsets(counts, tau.get<double>()));
        for (const auto& e : config.at("smoothing"))
            check("label_smoothing_" + e.dump(), targets_of(labels, classes, e.get<double>()), {});
        for (const auto& pair : config.at("mixup")) {
            const double own = pair[0].get<double>(), smoothing = pair[1].get<double>();
            const auto number = [](double v) {
                const std::string words = text(v);
                return words.find('.') == words.npos ? words + ".0" : words;
            };
            const std::string name = "mixup_" + number(own) + "_" + number(smoothing);
            const auto targets = targets_of(labels, classes, smoothing, own);
            const auto want = read("output/" + name + "/target");
            for (std::size_t i = 0; i < want.size(); ++i) CHECK(targets[i] == Approx(want[i]));
            check(name, targets, {});
        }
    }
    if (files == 0) return skip("no recorded losses in $MGKIT_GOLDEN_DIR/tasks");
}
