#include "pipeline.hpp"

#include <algorithm>
#include <utility>

#include "mgkit/backend/eigen.hpp"
#include "mgkit/data/read_folder.hpp"
#include "mgkit/data/split.hpp"
#include "mgkit/data/synthetic.hpp"
#include "mgkit/probe/linear.hpp"
#include "mgkit/probe/neighbours.hpp"
#include "training.hpp"

namespace mgfm {

using namespace mgkit;

corpus load(const data_options& options, int threads) {
    if (options.synthetic == !options.folder.empty())
        throw error("mgfm", "either --data FOLDER or --synthetic",
                    options.synthetic ? "both" : "neither");
    clip::preprocess_settings settings;
    settings.fit = clip::fit_rule::keep;
    settings.scale = options.scale == "body"    ? clip::scale_rule::body
                     : options.scale == "image" ? clip::scale_rule::image
                                                : clip::scale_rule::none;
    settings.image_side = options.image_side;
    settings.reference = options.reference == "clip"    ? clip::reference_rule::per_clip
                         : options.reference == "frame" ? clip::reference_rule::per_frame
                                                        : clip::reference_rule::none;
    corpus out;
    data::clip_set clips;
    if (options.synthetic) {
        clips = data::make_synthetic();
    } else {
        data::read_policy policy;
        policy.zeros = options.zeros == "missing"   ? data::zero_rule::missing
                       : options.zeros == "present" ? data::zero_rule::present
                                                    : data::zero_rule::as_declared;
        policy.not_finite = options.not_finite == "mark" ? data::not_finite_rule::mark_invalid
                                                         : data::not_finite_rule::reject;
        auto loaded = data::read_folder(options.folder, policy);
        clips = std::move(loaded.clips);
        out.report = std::move(loaded.report);
    }
    auto prepared = clip::prepare(settings, clips, threads);
    out.clips = std::move(prepared.clips);
    out.unusable = static_cast<int>(prepared.excluded.size());
    out.unusable_reasons = prepared.left_out();
    return out;
}

encode::clip_input input_of(const corpus& from, const data_options& data,
                            const model_options& model, skeleton::stream stream) {
    return {from.clips.topology,
            from.clips.shape,
            {.frames = model.frames, .stream = stream, .confidence = data.confidence}};
}

trained_encoder::trained_encoder(const encode::clip_input& input, const model_options& model,
                                 std::uint64_t seed, int threads)
    : state_(std::make_unique<state>(input, model, seed, threads)) {}
trained_encoder::~trained_encoder() = default;
trained_encoder::trained_encoder(trained_encoder&&) noexcept = default;
trained_encoder& trained_encoder::operator=(trained_encoder&&) noexcept = default;

data::feature_table trained_encoder::embed(const data::clip_set& clips) {
    return encode::embed<tensor>(state_->ctx, state_->model, state_->input,
                                 static_cast<std::size_t>(clips.size()),
                                 [&](std::size_t i) { return clips.clip(static_cast<int>(i)); });
}

void trained_encoder::save(const std::string& path) {
    nn::archive_writer out;
    out.add(state_->ctx, state_->model, "backbone.");
    out.save(path, {{"heads", std::to_string(state_->model.configuration().heads)}});
}

void trained_encoder::load(const std::string& path) {
    const io::safetensors_file file(path);
    const bool prefixed = std::any_of(file.entries().begin(), file.entries().end(),
                                      [](auto& e) { return e.name.starts_with("backbone."); });
    nn::load(state_->ctx, state_->model, file,
             {.prefix = prefixed ? "backbone." : "", .ignore_extra = !prefixed});
}

linear_result linear_probe(const data::feature_table& train, const data::clip_set& train_clips,
                           std::span<const int> train_labels, const data::feature_table& test,
                           const data::clip_set& test_clips, int threads) {
    constexpr double strengths[] = {1e-3, 1e-4, 1e-2, 1e-1};
    context ctx{.seed = 0, .threads = threads};
    std::vector<probe::inner_fold> folds;
    const auto all = data::all_of(train_clips);
    if (data::subjects_of(train_clips, all).size() > 1) {
        const int count =
            std::min<int>(3, static_cast<int>(data::subjects_of(train_clips, all).size()));
        for (auto& fold : data::subject_folds(train_clips, all, count))
            folds.push_back({std::move(fold.train), std::move(fold.test)});
    }
    linear_result out;
    out.ridge = folds.empty()
                    ? strengths[0]
                    : probe::choose_ridge<tensor>(ctx, train, train_labels, train_clips.classes(),
                                                  strengths, folds);
    out.scores =
        probe::evaluate_scores(test_clips.labels,
                               probe::fit_and_score<tensor>(ctx, train, train_labels, test,
                                                            train_clips.classes(), out.ridge),
                               train_clips.classes());
    return out;
}

probe::evaluation retrieve(const data::feature_table& gallery, std::span<const int> gallery_labels,
                           const data::feature_table& queries, std::span<const int> query_labels,
                           int classes, int threads) {
    context ctx{.threads = threads};
    return probe::retrieve<tensor>(ctx, gallery, gallery_labels, queries, query_labels, classes);
}

probe::neighbours nearest(const data::feature_table& gallery, const data::feature_table& queries,
                          std::size_t k, int threads) {
    context ctx{.threads = threads};
    return probe::nearest<tensor>(ctx, gallery, queries, std::min(k, gallery.rows));
}

}  // namespace mgfm
